// A fresh folder to work in: no file of the user is in the way, and none is left behind.
#pragma once
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

/// Removed with all that is in it, on every way out.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = std::filesystem::temp_directory_path() / "aio-files-XXXXXX";
        if (!mkdtemp(name.data())) throw std::system_error(errno, std::system_category(), "mkdtemp: " + name);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code error;
        do std::filesystem::remove_all(path_, error);
        while (error == std::errc::directory_not_empty);  // a thread was just making a file in it
    }

    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }
  private:
    std::filesystem::path path_;
};
