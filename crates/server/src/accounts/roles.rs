//! Roles: what a member may do in the units of an account, named as the API behind the platform knows them.

use grantry_store::member::UnitRole;

use super::Refused;
use crate::apps::Fault;

/// Every role, as `GET /api/v1/roles` lists them.
pub const ROLES: [&str; 11] = [
    "AccountAdmin",
    "PropertyAdmin",
    "Accountant",
    "RevenueManager",
    "ReservationManager",
    "FrontDesk",
    "FrontDeskSenior",
    "Housekeeping",
    "HousekeepingManager",
    "Auditor",
    "StaffManager",
];

/// Older names that programs still send.
const LEGACY: [&str; 3] = ["FinanceManager", "ReservationOffice", "FrontOffice"];

/// The role that is not one of a unit: it administers the account.
const ADMIN: &str = "AccountAdmin";

/// Most units that one request may name.
const MOST_UNITS: usize = 100;

/// Longest id of a unit.
const LONGEST_UNIT: usize = 100;

/// What somebody may do in an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    pub is_admin: bool,
    /// None for an account admin, who needs none.
    pub roles: Vec<String>,
    /// Where the roles hold; none for everywhere.
    pub units: Vec<String>,
}

impl Access {
    /// Takes roles and units by name.
    ///
    /// # Errors
    /// A fault of `roles` or `properties`.
    pub fn read(is_admin: bool, roles: &[String], units: &[String]) -> Result<Self, Refused> {
        let known = |role: &&String| ROLES.contains(&role.as_str()) || LEGACY.contains(&role.as_str());
        if let Some(stranger) = roles.iter().find(|role| !known(role)) {
            return Err(Fault::new("roles", "accounts-fault-role").about(stranger).into());
        }
        if is_admin || roles.iter().any(|role| role == ADMIN) {
            return Ok(Self { is_admin: true, ..Self::default() });
        }
        let units = distinct(&read_units(units)?);
        Ok(Self { is_admin: false, roles: distinct(roles), units })
    }

    /// Every role in every unit; the empty unit is the whole account.
    #[must_use]
    pub fn unit_roles(&self) -> Vec<UnitRole> {
        let everywhere = [String::new()];
        let units = if self.units.is_empty() { &everywhere[..] } else { &self.units };
        let each = |unit: &String| {
            let of_unit = |role: &String| UnitRole { unit: unit.clone(), role: role.clone() };
            self.roles.iter().map(of_unit).collect::<Vec<_>>()
        };
        units.iter().flat_map(each).collect()
    }
}

/// Ids of units as programs send them.
///
/// # Errors
/// The fault of `properties`.
pub fn read_units(units: &[String]) -> Result<Vec<String>, Refused> {
    let is_id = |unit: &String| {
        (1..=LONGEST_UNIT).contains(&unit.len()) && unit.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if units.len() > MOST_UNITS || !units.iter().all(is_id) {
        return Err(Fault::new("properties", "accounts-fault-units").with("limit", MOST_UNITS).into());
    }
    Ok(distinct(units))
}

fn distinct(names: &[String]) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(name) {
            once.push(name.clone());
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_account_admin_needs_no_role() {
        for (is_admin, roles) in [(true, texts(&["Auditor"])), (false, texts(&["Auditor", "AccountAdmin"]))] {
            let access = Access::read(is_admin, &roles, &texts(&["MUC"])).expect("known roles");
            assert_eq!(access, Access { is_admin: true, ..Access::default() });
        }
    }

    #[test]
    fn every_role_holds_in_every_unit_or_in_the_whole_account() {
        let roles = texts(&["Auditor", "FrontOffice", "Auditor"]);
        let access = Access::read(false, &roles, &texts(&["MUC", "BER", "MUC"])).expect("known roles");
        assert_eq!(access.unit_roles().len(), 4);
        let everywhere = Access::read(false, &roles, &[]).expect("known roles");
        assert!(everywhere.unit_roles().iter().all(|role| role.unit.is_empty()));
        assert_eq!(everywhere.unit_roles().len(), 2);
    }

    #[test]
    fn unknown_roles_and_units_that_are_no_ids_are_refused() {
        assert!(matches!(Access::read(false, &texts(&["Root"]), &[]), Err(Refused::Faults(_))));
        for unit in ["", "a b", "a\0", &"x".repeat(101)] {
            assert!(matches!(Access::read(false, &[], &texts(&[unit])), Err(Refused::Faults(_))), "{unit:?}");
        }
        assert!(read_units(&vec!["MUC".to_owned(); 101]).is_err());
    }
}
