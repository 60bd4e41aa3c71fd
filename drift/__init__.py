"""Is it changing: windows compared with their past. Nothing stands above it but `config`."""
