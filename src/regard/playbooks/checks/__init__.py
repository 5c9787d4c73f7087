"""The checks of a playbook beyond its types: ways, words, fields within their purpose."""
