// The Packages room.
