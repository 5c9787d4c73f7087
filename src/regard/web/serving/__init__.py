"""How pages are served: the ASGI application, its process, its assets and its health."""
