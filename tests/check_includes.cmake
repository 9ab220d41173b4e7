# cmake -DROOT=<repository> -P check_includes.cmake: fails when a folder includes what the
# architecture does not allow it to. All packages install into one system include folder, so the
# compiler alone cannot enforce this.
cmake_minimum_required(VERSION 3.25)

# Folders whose headers a folder may include.
set(arrows_model model)
set(arrows_sim sim model)
set(arrows_real real model)
set(arrows_analysis analysis model)
set(arrows_scenarios scenarios sim real analysis model)

# Libraries (the part of <...> up to the first slash or dot) that a folder may use. C++ standard
# headers are allowed everywhere, except those listed as forbidden.
# ext: the standard library's own.
set(libraries_model Eigen Random123 boost ext xxhash snappy)
set(libraries_sim ${libraries_model} simgrid xbt)
set(libraries_real ${libraries_model} asio)
set(libraries_analysis ${libraries_model} nlohmann fmt)
set(libraries_scenarios ${libraries_sim} nlohmann fmt valijson CLI zlib)

# The model does no I/O, reads no clock, starts no thread; nobody draws from std distributions,
# whose results differ between standard libraries.
set(forbidden_model
  random chrono ctime iostream fstream filesystem thread future condition_variable)
set(forbidden_sim random)
set(forbidden_analysis random)
set(forbidden_scenarios random)

# C and POSIX headers, for the folders that talk to the operating system.
set(system_headers_allowed real scenarios)

set(errors "")
foreach(folder IN ITEMS model sim real analysis scenarios)
  file(GLOB_RECURSE files "${ROOT}/${folder}/*.cpp" "${ROOT}/${folder}/*.hpp")
  foreach(file IN LISTS files)
    file(STRINGS "${file}" lines REGEX "^[ \t]*#[ \t]*include")
    file(RELATIVE_PATH path "${ROOT}" "${file}")
    foreach(line IN LISTS lines)
      set(reason "")
      if(line MATCHES "include[ \t]*\"([^\"/]*)(/?)[^\"]*\"")
        if(NOT CMAKE_MATCH_2)
          set(reason "write the path from the root of the repository")
        elseif(NOT CMAKE_MATCH_1 IN_LIST arrows_${folder})
          set(reason "${folder} may include only: ${arrows_${folder}}")
        endif()
      elseif(line MATCHES "include[ \t]*<(([^>/.]*)[^>]*)>")
        set(header "${CMAKE_MATCH_1}")
        set(library "${CMAKE_MATCH_2}")
        if(header STREQUAL library)
          if(library IN_LIST forbidden_${folder})
            set(reason "<${library}> is not for ${folder}")
          endif()
        elseif(library IN_LIST libraries_${folder})
        elseif(folder IN_LIST system_headers_allowed
               AND (header MATCHES "^[a-z_]+\\.h$" OR library MATCHES "^(sys|netinet|arpa|linux|net)$"))
        else()
          set(reason "${folder} may use only the libraries: ${libraries_${folder}}")
        endif()
      endif()
      if(reason)
        string(REPLACE ";" " " reason "${reason}")
        string(APPEND errors "${path}: ${line}: ${reason}\n")
      endif()
    endforeach()
  endforeach()
endforeach()
if(errors)
  message("${errors}")
  message(FATAL_ERROR "includes against the architecture")
endif()
