"""What the benchmarks of the search are made of: servers, people, damage, clocks, peers."""
