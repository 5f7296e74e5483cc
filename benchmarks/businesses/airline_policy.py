"""Judge writes of the airline by its policy, independently of the rules in the example's folder."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

NOW = datetime(2024, 5, 15, 15)
FLOWN = ("landed", "flying")
FREE_BAGS = {"basic_economy": 0, "economy": 1, "business": 2}
MEMBER_BAGS = {"regular": 0, "silver": 1, "gold": 2}


def forbidden(db: Mapping[str, Any], user_id: str, tool: str, args: Mapping[str, Any]) -> str | None:
    """Return what the policy forbids about a write that nobody of staff has agreed to, or None."""
    user = db["users"][user_id]
    if tool == "book_reservation":
        return _booking(user, args)
    if tool == "send_certificate":
        return "no colleague has confirmed the facts"
    trip = db["reservations"].get(args["reservation_id"])
    if trip is None or trip["user_id"] != user_id:
        return "it is not the customer's own"
    if trip.get("status") == "cancelled":
        return "it is cancelled"
    states = [_status(db, flight) for flight in trip["flights"]]
    match tool:
        case "cancel_reservation":
            return _cancelling(trip, states)
        case "update_reservation_flights":
            same = [(f["flight_number"], f["date"]) for f in trip["flights"]]
            new = [(f["flight_number"], f["date"]) for f in args["flights"]]
            if new != same and (trip["cabin"] == "basic_economy" or not _same_route(db, trip, args["flights"])):
                return "these flights cannot be changed so"
            if args["cabin"] != trip["cabin"] and any(state in FLOWN for state in states):
                return "a part was flown"
            return _paying(user, args["payment_id"])
        case "update_reservation_baggages":
            free = len(trip["passengers"]) * (FREE_BAGS[trip["cabin"]] + MEMBER_BAGS[user["membership"]])
            if args["total_baggages"] < trip["total_baggages"]:
                return "bags are taken away"
            if args["nonfree_baggages"] < args["total_baggages"] - free:
                return "bags are given for nothing"
            return _paying(user, args["payment_id"])
        case "update_reservation_passengers":
            return None if len(args["passengers"]) == len(trip["passengers"]) else "the number of passengers changes"
    return f"{tool} is unknown"


def _cancelling(trip: Mapping[str, Any], states: Sequence[str]) -> str | None:
    if any(state in FLOWN for state in states):
        return "a part was flown"
    new = NOW - datetime.fromisoformat(trip["created_at"]) <= timedelta(hours=24)
    return None if new or trip["cabin"] == "business" or "cancelled" in states else "this fare cannot be cancelled"


def _booking(user: Mapping[str, Any], args: Mapping[str, Any]) -> str | None:
    if not 1 <= len(args["passengers"]) <= 5:
        return "too many passengers"
    sources = [user["payment_methods"].get(p["payment_id"], {}).get("source") for p in args["payment_methods"]]
    most = {"certificate": 1, "credit_card": 1, "gift_card": 3}
    if None in sources or any(sources.count(kind) > n for kind, n in most.items()):
        return "it cannot be paid so"
    free = len(args["passengers"]) * (FREE_BAGS[args["cabin"]] + MEMBER_BAGS[user["membership"]])
    return "bags are given for nothing" if args["nonfree_baggages"] < args["total_baggages"] - free else None


def _paying(user: Mapping[str, Any], payment_id: str) -> str | None:
    source = user["payment_methods"].get(payment_id, {}).get("source")
    return None if source in ("gift_card", "credit_card") else "it cannot be paid so"


def _same_route(db: Mapping[str, Any], trip: Mapping[str, Any], flights: Sequence[Mapping[str, Any]]) -> bool:
    legs = [
        (db["flights"][f["flight_number"]]["origin"], db["flights"][f["flight_number"]]["destination"]) for f in flights
    ]
    joined = all(one[1] == other[0] for one, other in itertools.pairwise(legs))
    end = trip["origin"] if trip["flight_type"] == "round_trip" else trip["destination"]
    return bool(legs) and joined and legs[0][0] == trip["origin"] and legs[-1][1] == end


def _status(db: Mapping[str, Any], flight: Mapping[str, Any]) -> str:
    return str(db["flights"][flight["flight_number"]]["dates"].get(flight["date"], {}).get("status"))
