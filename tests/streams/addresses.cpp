#include "tests/streams/addresses.hpp"

#include <sys/socket.h>

#include <filesystem>

#include "tests/streams/errors.hpp"

namespace streams {

int family(const Json& statement) {
    const std::string name = statement.value("family", "");
    if (name.empty()) return AF_UNSPEC;
    if (name == "inet") return AF_INET;
    if (name == "inet6") return AF_INET6;
    throw ProgramError{"no family " + name};
}

std::string show(const aio::SocketAddress& address, const Listening& server, const std::string& other) {
    if (address.family() == AF_INET || address.family() == AF_INET6)
        return address.host() + ":" + (server.place == address.port() ? "server" : other);
    return '"' + std::filesystem::path(address.host()).filename().string() + '"';
}

int find_socket(const aio::StreamWriter& writer) {
    const auto here = writer.get_extra_info("sockname"), there = writer.get_extra_info("peername");
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = std::stoi(entry.path().filename().string());
        if (aio::SocketAddress::bound_to(fd) == here && aio::SocketAddress::connected_to(fd) == there) return fd;
    }
    throw ProgramError{"the connection has no socket"};
}

}  // namespace streams
