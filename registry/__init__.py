"""Who has what: patients, their facts and limits, devices and their assignments."""
