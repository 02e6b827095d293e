//! The settings file beside an index, so that a copied site gives the same answers: language, analyzer version, synonyms,
//! pins.

use kb_search::analysis::ANALYZER_VERSION;
use kb_search::tuning::Tuning;
use serde::{Deserialize, Serialize};

use super::Error;

/// Name of the file in the folder of the index.
pub(crate) const FILE_NAME: &str = "kb-search.json";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) analyzer: u32,
    pub(crate) language: String,
    /// How informative the titles are. An older file has no such number; its version is refused anyway.
    #[serde(default)]
    pub(crate) title_information: f32,
    #[serde(flatten)]
    pub(crate) tuning: Tuning,
}

impl Settings {
    pub(crate) fn new(language: &str, title_information: f32, tuning: &Tuning) -> Self {
        Self {
            title_information,
            analyzer: ANALYZER_VERSION,
            language: language.to_owned(),
            tuning: tuning.clone(),
        }
    }

    /// Reads the file; refuses one of another analyzer version.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let settings: Self = serde_json::from_slice(bytes).map_err(|error| Error::Settings(error.to_string()))?;
        if settings.analyzer == ANALYZER_VERSION {
            Ok(settings)
        } else {
            Err(Error::Version {
                found: settings.analyzer,
                expected: ANALYZER_VERSION,
            })
        }
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| Error::Settings(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
