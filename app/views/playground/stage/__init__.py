"""The playground's stage: a few features, an example a dot, step by step through batch norm and back."""
