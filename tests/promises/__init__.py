"""What the product promises, tried from outside."""
