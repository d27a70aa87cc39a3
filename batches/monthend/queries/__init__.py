"""What a close can be asked. Every figure comes from the plan, the checkpoints or PostgreSQL; null before there is one."""
