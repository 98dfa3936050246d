"""What several tests stand on; shares no code with what is tested."""
