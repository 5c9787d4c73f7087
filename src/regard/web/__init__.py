"""Web: the pages staff and customers see. Parse, call a service or a selector, render."""
