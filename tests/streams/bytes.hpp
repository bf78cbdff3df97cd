// Bytes: those that a program names, and how they are written in a log (SPEC.md 2).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace streams {

/// What a JSON string stands for: a byte for each of its characters, U+0000 to U+00FF.
std::string to_latin1(std::string_view utf8);

/// `count` bytes of the counter's content, from byte `start` on.
std::string counted(std::size_t start, std::size_t count);

/// The CRC-32 of zlib. `before`: that of the bytes in front of these.
std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0);

/// `5 "hello"`; more than 40 bytes as show_sum() writes them.
std::string show(std::string_view bytes);
/// `4096 #c71c0011`
std::string show_sum(std::size_t length, std::uint32_t crc);

}  // namespace streams
