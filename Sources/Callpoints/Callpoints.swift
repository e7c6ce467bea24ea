// The Callpoints room.
