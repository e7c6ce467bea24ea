// The Datastore room.
