"""The built image in an emulated machine: ``image-build/test`` runs it, ``./test`` does not."""
