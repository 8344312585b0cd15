"""What a process of the house prepares at its start. Whoever imports this hands it to its forks.

A test that kills a process at a point of its work starts one for each point: the stories' keywords
and the authorities of TLS would take each of them a second.
"""

from core.partners.wire import Wire
from flows import understanding

understanding.prepare()
Wire("http://127.0.0.1").close()
