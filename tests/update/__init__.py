"""Updates of the appliance."""
