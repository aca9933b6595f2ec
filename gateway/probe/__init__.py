"""Questions to the provider beside the telephone: is it there, does it take the password?"""
