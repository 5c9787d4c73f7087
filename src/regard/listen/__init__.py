"""Listen: surveys and answers; what is said is also recorded as a touchpoint."""
