"""全镇的通报和周报是镇里的文件；村支部书记看自己村的确认表。"""

from taiping.ground.actors import said
from taiping.ground.permissions import add_permission, saying
from villages.rules import is_not_secretary

by_town = saying(said("通报和周报由{镇}里出，{村}里请看本村的确认表。"), is_not_secretary)
add_permission("reports.read_bulletin", by_town)
add_permission("reports.download_weekly", by_town)
