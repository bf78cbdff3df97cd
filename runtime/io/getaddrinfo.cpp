#include "runtime/io/getaddrinfo.hpp"
#include <netdb.h>
#include <algorithm>
#include <cerrno>
#include "runtime/io/os_errors.hpp"
#include "runtime/io/to_thread.hpp"

namespace aio {
namespace {
/// Empty if the host is no address and `numeric_only`.
std::optional<std::vector<SocketAddress>> look_up(const std::string& host, std::uint16_t port, AddressQuery query,
                                                  bool numeric_only) {
    addrinfo hints{};
    hints.ai_family = query.family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (query.passive ? AI_PASSIVE : 0) | (numeric_only ? AI_NUMERICHOST : 0);
    addrinfo* found = nullptr;
    const int error =
        ::getaddrinfo(host.empty() ? nullptr : host.c_str(), std::to_string(port).c_str(), &hints, &found);
    const int reason = errno;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
    if (error == EAI_NONAME && numeric_only) return std::nullopt;
    if (error == EAI_SYSTEM) detail::throw_os_error(reason, "getaddrinfo of " + host);
    if (error) throw gaierror(error, "getaddrinfo of " + host);
    std::vector<SocketAddress> addresses;
    for (const addrinfo* info = found; info; info = info->ai_next) {
        SocketAddress address(info->ai_addr, info->ai_addrlen);
        if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(std::move(address));
    }
    return addresses;
}
}  // namespace

Coroutine<std::vector<SocketAddress>> getaddrinfo(std::string host, Port port, AddressQuery query) {
    detail::require_no_nul(host);
    auto addresses = look_up(host, port, query, true);
    if (!addresses) addresses = co_await to_thread(look_up, std::move(host), port, query, false);
    co_return std::move(*addresses);
}
}  // namespace aio
