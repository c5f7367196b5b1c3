"""What any server of views needs: what a view is, and how it is answered, streamed, shown and described."""
