// getaddrinfo(): from a name to addresses.
#pragma once
#include "runtime/coroutine/coroutine.hpp"
#include "runtime/io/socket_address.hpp"

namespace aio {
/// What getaddrinfo(3) has to ask for.
struct AddressQuery {
    int family = AF_UNSPEC;  ///< AF_INET or AF_INET6: only such addresses
    bool passive = false;    ///< to listen at: an empty host is every address of this machine, else it is the loopback
};

/// The addresses of a host, each once, in the system's order of preference. A name is looked up in a thread, an address
/// is taken as it is. Throws gaierror, which names the host; ValueError if there is a NUL in it. Cancelled, the thread
/// goes on alone. asyncio: loop.getaddrinfo.
Coroutine<std::vector<SocketAddress>> getaddrinfo(std::string host, Port port, AddressQuery query = {});
}  // namespace aio
