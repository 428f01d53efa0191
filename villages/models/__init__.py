"""人与村的表：账号、村、干部、包村、登录。只用地面。"""

from villages.models.people import AccountManager, LoginFailure, PastPassword, Role, User
from villages.models.reading_keys import ReadingKey
from villages.models.sessions import Session
from villages.models.villages import (
    Cadre,
    NaturalManager,
    Posting,
    Village,
    VillageBoundary,
    sees,
    sees_every_village,
    within_sight,
)

__all__ = [
    "AccountManager",
    "Cadre",
    "LoginFailure",
    "NaturalManager",
    "PastPassword",
    "Posting",
    "ReadingKey",
    "Role",
    "Session",
    "User",
    "Village",
    "VillageBoundary",
    "sees",
    "sees_every_village",
    "within_sight",
]
