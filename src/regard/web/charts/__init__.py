"""Pictures made on the server: pure geometry, written as SVG attributes."""
