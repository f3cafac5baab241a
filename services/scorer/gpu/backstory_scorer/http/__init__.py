"""The routes, and the forms of requests and answers."""
