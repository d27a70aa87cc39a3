"""What a close can be asked. Every figure is measured: plan, checkpoints, PostgreSQL; null before there is one."""
