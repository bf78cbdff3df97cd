// What lies in the folder of the program.
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/streams/statements.hpp"

namespace streams {

namespace {

std::string path_of(const Lane& lane, const Json& st) { return lane.run.path(st.at("path")); }

void make_file(Lane& lane, const Json& st) { std::ofstream(path_of(lane, st)) << "a file"; }

void make_folder(Lane& lane, const Json& st) { std::filesystem::create_directory(path_of(lane, st)); }

void unlink(Lane& lane, const Json& st) { std::filesystem::remove(path_of(lane, st)); }

/// A socket that nobody listens at any more.
void make_stale(Lane& lane, const Json& st) {
    const auto address = aio::SocketAddress::of_path(path_of(lane, st));
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int failed = ::bind(fd, address.data(), address.size());
    ::close(fd);
    if (failed) aio::throw_errno("make_stale: bind");
}

std::string exists(Lane& lane, const Json& st) {
    const std::string name = st.at("path");
    switch (std::filesystem::symlink_status(path_of(lane, st)).type()) {
        case std::filesystem::file_type::not_found: return name + " no";
        case std::filesystem::file_type::socket: return name + " socket";
        case std::filesystem::file_type::regular: return name + " file";
        default: return name + " folder";
    }
}

}  // namespace

Statements folder_statements() {
    return {
        {"make_file", now<make_file>()}, {"make_folder", now<make_folder>()}, {"make_stale", now<make_stale>()},
        {"unlink", now<unlink>()},       {"exists", now<exists>()},
    };
}

}  // namespace streams
