"""Questions answered on the spot, without publishing anything."""
