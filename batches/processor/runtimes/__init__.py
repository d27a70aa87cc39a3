"""What runs models. Nothing here is imported but by workers and by the process that looks into files."""
