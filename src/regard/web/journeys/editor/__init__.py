"""The editor of journeys: an outline of steps over a draft, checked at every change."""
