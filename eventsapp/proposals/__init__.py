"""What organisations propose to publish: nothing of it is an event before somebody says yes."""
