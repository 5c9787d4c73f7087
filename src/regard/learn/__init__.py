"""Learn: did it help, against people left alone by chance."""
