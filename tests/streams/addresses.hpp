// Addresses: what a statement says of them, their text in a log, and the socket that is known by two of them.
#pragma once
#include <string>

#include "tests/streams/run.hpp"

namespace streams {

/// `family` of a statement: AF_INET, AF_INET6, or AF_UNSPEC where it is missing.
int family(const Json& statement);

/// `127.0.0.1:server` where `server` listens at that port, else `127.0.0.1:<other>`; `"s"`, the last part of a path.
std::string show(const aio::SocketAddress& address, const Listening& server, const std::string& other);

/// The descriptor of an open connection, which the runtime does not give away. Throws ProgramError where there is none.
int find_socket(const aio::StreamWriter& writer);

}  // namespace streams
