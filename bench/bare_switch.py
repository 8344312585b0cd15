"""The least a switch can do: takes frames of two bytes of length, and sends each back as it is."""

import asyncio
import sys


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readexactly(2)
            writer.write(head + await reader.readexactly(int.from_bytes(head, "big")))
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        writer.close()


async def main(port: int) -> None:
    """Serve until ended."""
    server = await asyncio.start_server(_echo, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
