#include "tests/streams/bytes.hpp"

#include <array>
#include <cstdio>

namespace streams {

namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t longest_shown = 40;

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
        table[byte] = crc;
    }
    return table;
}();

std::string hexadecimal(const char* format, std::uint32_t number) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), format, number);
    return text.data();
}

std::string show_byte(char byte) {
    switch (byte) {
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\\': return "\\\\";
        default:
            return byte >= ' ' && byte <= '~' ? std::string(1, byte)
                                              : hexadecimal("\\x%02x", static_cast<unsigned char>(byte));
    }
}

}  // namespace

std::string to_latin1(std::string_view utf8) {
    std::string bytes;
    unsigned char lead = 0;  // of a character of two bytes, the only longer ones there are
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0xc0)
            lead = byte;
        else
            bytes += byte < 0x80 ? c : static_cast<char>((lead << 6) | (byte & 0x3f));
    }
    return bytes;
}

std::string counted(std::size_t start, std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t position = start + i;
        bytes[i] = digits[(position + position / digits.size()) % digits.size()];
    }
    return bytes;
}

std::uint32_t crc32(std::string_view bytes, std::uint32_t before) {
    std::uint32_t crc = ~before;
    for (const char byte : bytes) crc = (crc >> 8) ^ crc_table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~crc;
}

std::string show(std::string_view bytes) {
    if (bytes.size() > longest_shown) return show_sum(bytes.size(), crc32(bytes));
    std::string text;
    for (const char byte : bytes) text += show_byte(byte);
    return std::to_string(bytes.size()) + " \"" + text + "\"";
}

std::string show_sum(std::size_t length, std::uint32_t crc) {
    return std::to_string(length) + hexadecimal(" #%08x", crc);
}

}  // namespace streams
