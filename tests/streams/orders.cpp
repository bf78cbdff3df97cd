#include "tests/streams/orders.hpp"

#include <unistd.h>

#include <array>
#include <iostream>

#include "runtime/reactor/errors.hpp"

namespace streams {

void Orders::receive() {
    std::array<char, 1 << 16> bytes;
    const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got < 0) aio::throw_errno("read from stdin");
    ended_ = got == 0;
    rest_.append(bytes.data(), static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (std::size_t end; (end = rest_.find('\n', start)) != rest_.npos; start = end + 1)
        if (end > start) orders_.push_back(Json::parse(rest_.substr(start, end - start)));
    rest_.erase(0, start);
}

std::optional<Json> Orders::take() {
    if (orders_.empty()) return std::nullopt;
    std::optional<Json> first(std::move(orders_.front()));
    orders_.pop_front();
    return first;
}

void say(const Json& answer) { std::cout << answer.dump() << std::endl; }

}  // namespace streams
