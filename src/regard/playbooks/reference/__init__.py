"""The reference of every kind a playbook may hold, as Markdown made from the models."""
