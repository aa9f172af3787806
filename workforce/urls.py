"""Addresses of forecast, roster and the day."""

from django.urls import path

from workforce import (
    forecast_views,
    import_views,
    own_shifts,
    rate_views,
    roster_views,
    staff_views,
    time_off_views,
    today_views,
)

urlpatterns = [
    path("forecast/", forecast_views.forecast, name="forecast"),
    path("forecast/events/add/", forecast_views.add_event, name="add-event"),
    path("forecast/events/<int:pk>/", forecast_views.edit_event, name="edit-event"),
    path("forecast/events/<int:pk>/remove/", forecast_views.remove_event, name="remove-event"),
    path("forecast/events/<int:pk>/restore/", forecast_views.restore_event, name="restore-event"),
    path("forecast/queues/<slug:slug>/again/", forecast_views.again, name="forecast-again"),
    path("forecast/queues/<slug:slug>/", forecast_views.assumptions, name="assumptions"),
    path("staffing/", forecast_views.staffing, name="staffing"),
    path("today/", today_views.today, name="today"),
    path("roster/", roster_views.roster, name="roster"),
    path("roster/day/", roster_views.roster_day, name="roster-day"),
    path("roster/edit/", roster_views.roster_edit, name="roster-edit"),
    path("roster/undo/", roster_views.roster_undo, name="roster-undo"),
    path("roster/copy/", roster_views.roster_copy, name="roster-copy"),
    path("roster/revert/", roster_views.roster_revert, name="roster-revert"),
    path("roster/publish/", roster_views.roster_publish, name="roster-publish"),
    path("roster/import/", import_views.roster_import, name="roster-import"),
    path("roster/calendar/", own_shifts.calendar_address, name="calendar-address"),
    path("people/", staff_views.people, name="people"),
    path("people/<slug:slug>/", staff_views.person, name="person"),
    path("people/<slug:slug>/<slug:kind>/", staff_views.add, name="staff-add"),
    path("people/<slug:slug>/<slug:kind>/<int:pk>/", staff_views.edit, name="staff-edit"),
    path("people/<slug:slug>/<slug:kind>/<int:pk>/remove/", staff_views.remove, name="staff-remove"),
    path("time-off/", time_off_views.time_off_page, name="time-off"),
    path("time-off/add/", time_off_views.add_time_off, name="time-off-add"),
    path("time-off/<int:pk>/<slug:act>/", time_off_views.decide_time_off, name="time-off-decide"),
    path("rates/", rate_views.rates, name="rates"),
    path("rates/add/", rate_views.add_rate, name="rate-add"),
    path("rates/<int:pk>/", rate_views.edit_rate, name="rate-edit"),
    path("rates/<int:pk>/remove/", rate_views.remove_rate, name="rate-remove"),
    path("calendar/<str:token>.ics", own_shifts.calendar, name="calendar"),
]
