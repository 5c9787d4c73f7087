"""Measured results of a journey against its holdout, one row a day."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField


class Measure(models.Model):
    """How many in each arm reached the goal by `as_of`; the interval is worked out from these counts."""

    journey = models.CharField(max_length=60)
    goal = models.CharField(max_length=60)
    as_of = InstantField()
    treated = models.IntegerField()
    treated_reached = models.IntegerField()
    held_out = models.IntegerField()
    held_out_reached = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("journey", "goal", "as_of"), name="measure_once"),)
