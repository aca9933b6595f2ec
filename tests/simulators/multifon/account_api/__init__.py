"""The provider's account service over HTTPS, as far as its behaviour is known or feared."""
