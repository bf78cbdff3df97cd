// What the kernel says about a file, as exceptions with Python's names.
#pragma once
#include <filesystem>

namespace aio {
/// These and std::filesystem's own errors have one base, std::filesystem::filesystem_error. code() holds the errno,
/// path1() the path, and what() says all: "filesystem error: open: No such file or directory [notes.txt]".
struct FileNotFoundError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};
struct FileExistsError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};
struct PermissionError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};
struct IsADirectoryError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};
struct NotADirectoryError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};

namespace detail {
/// Throws the one for `error`, an errno: one of those above, else a filesystem_error.
[[noreturn]] void throw_file_error(int error, const char* operation, const std::filesystem::path& path);
}  // namespace detail
}  // namespace aio
