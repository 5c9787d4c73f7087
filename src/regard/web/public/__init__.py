"""Pages for customers: survey, preferences, leaving, and the links in mail. No login, no script, no tracker."""
