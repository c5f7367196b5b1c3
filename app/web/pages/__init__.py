"""Pages: templates, formulas, assets, and the one way in which a view's page is made."""
