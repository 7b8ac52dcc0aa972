from hypothesis import settings

# A shared machine may be slow for a moment: no test fails for the time it took.
settings.register_profile("patient", deadline=None, database=None)
settings.load_profile("patient")
