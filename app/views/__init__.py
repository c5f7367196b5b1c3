"""The views: a package each, which holds everything of it. `app/registry.py` lists them."""
