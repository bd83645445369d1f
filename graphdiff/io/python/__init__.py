"""Python's packages and imports: environments, lock files, reports, import graphs."""
