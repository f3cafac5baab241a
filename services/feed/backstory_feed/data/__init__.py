"""What lies in storage: manifests, checkpoints, shards, and streams of other data."""
