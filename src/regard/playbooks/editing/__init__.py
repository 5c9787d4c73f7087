"""Change one part of a playbook and leave every other line as it is."""
