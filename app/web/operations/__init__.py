"""What whoever runs the server needs: health, metrics, logs, request ids, a password, and limits on each client."""
