//! The server on a real socket, in front of a site that is made for the test.

mod client;
mod connections;
mod files;
mod pages;
mod programs;
mod site;
mod streams;
